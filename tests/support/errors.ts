/** The errors of what must fail. */

import { EcsError } from "../../provider/ecs/errors";
import { SettingError } from "../../provider/settings";

/** The error of a call to ECS. */
export async function ecsErrorOf(promise: Promise<unknown>): Promise<EcsError> {
  const error = await promise.then(
    () => new Error("it should have failed"),
    (thrown) => thrown,
  );
  if (error instanceof EcsError) return error;
  throw error;
}

/** The message of what must be wrong with a setting. */
export function complaint(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SettingError) return error.message;
    throw error;
  }
  throw new Error("nothing is wrong with it");
}
