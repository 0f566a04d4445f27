/** Pulumi's mocks, for tests of what a program registers. */

import { beforeAll, beforeEach } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";

/** Gives the resources that a test registers. */
export function registeredResources(): readonly pulumi.runtime.MockResourceArgs[] {
  const registered: pulumi.runtime.MockResourceArgs[] = [];
  beforeAll(async () => {
    await pulumi.runtime.setMocks({
      call: () => ({}),
      newResource: (resource) => {
        registered.push(resource);
        return { id: `${resource.inputs.regionId}:${resource.inputs.instanceId}`, state: resource.inputs };
      },
    });
  });
  beforeEach(() => void registered.splice(0));
  return registered;
}

/** The value of an output once it is known. */
export const known = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => void output.apply(resolve));

/** A provider of any package: `pulumi.ProviderResource` itself is abstract. */
export class SomeProvider extends pulumi.ProviderResource {}
