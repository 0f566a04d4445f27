/** Checks the arguments of constructors. In plain JavaScript, no compiler checks them, and neither does Pulumi. */

import { type ProviderResource, RunError } from "@pulumi/pulumi";

/**
 * Checks the names of arguments. The provider checks their values.
 *
 * @param where the resource, for the error.
 * @throws {RunError} for a missing or misspelt argument.
 */
export function checkArgs(
  where: string,
  args: unknown,
  { required, optional }: { readonly required: readonly string[]; readonly optional: readonly string[] },
): void {
  if (typeof args !== "object" || args === null)
    throw new RunError(`${where}: args are missing; give ${required.join(" and ")}`);
  const known = [...required, ...optional];
  const misspelt = Object.keys(args).find((key) => !known.includes(key));
  if (misspelt !== undefined) {
    throw new RunError(`${where}: "${misspelt}" is not an argument; the arguments are ${known.join(", ")}`);
  }
  for (const name of required) {
    const value: unknown = Reflect.get(args, name);
    if (value === undefined || value === null) throw new RunError(`${where}: ${name} is missing`);
  }
}

/**
 * Refuses the providers of other packages. Pulumi would send the calls to the wrong plugin.
 *
 * @param where the resource, for the error.
 * @throws {RunError} for such a provider. The message says what to do.
 */
export function checkProvider(where: string, provider: ProviderResource | undefined): void {
  if (provider === undefined) return;
  const pkg: unknown = typeof provider === "object" ? Reflect.get(provider, "pkg") : provider;
  if (pkg === "pulumi-nodejs") return;
  throw new RunError(
    `${where}: opts.provider is a provider of the package "${String(pkg)}", which cannot manage links; leave it out and configure ` +
      "the stack (classiclink:region, or the alicloud:* keys it has already), or set a Provider of pulumi-classiclink " +
      "(with another provider's arguments: Provider.fromAlicloud, Provider.fromAlibabaCloudStack)",
  );
}
