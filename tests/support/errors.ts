/** The errors of what must fail. */

import { EcsError } from "../../provider/ecs/errors";
import { SettingError } from "../../provider/settings";

/** The error of what must fail, with an error of this class. */
export async function errorOfClass<E>(promise: Promise<unknown>, kind: new (...args: never) => E): Promise<E> {
  const error: unknown = await promise.then(
    () => new Error("it should have failed"),
    (thrown) => thrown,
  );
  if (error instanceof kind) return error;
  throw error;
}

/** The error of a call to ECS. */
export const ecsErrorOf = (promise: Promise<unknown>) => errorOfClass(promise, EcsError);

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
