/** Inputs that the classes of the SDK add for the dynamic host. Pulumi does not show them. */

/** `customTimeouts`, in seconds, which Pulumi does not pass on. Kept in the outputs, the only thing that a delete is given. */
export const TIMEOUTS_KEY = "__timeouts";

/** Which resource of the program declares the inputs: `<random>:<name>`. Never gets into a state. */
export const DECLARER_KEY = "__declarer";

/** `true` for a fleet whose members are secret. Pulumi hands them over in clear. */
export const SECRET_KEY = "__secret";
