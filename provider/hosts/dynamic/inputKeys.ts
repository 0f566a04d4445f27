/** Inputs that the classes of the SDK add for the dynamic host. Pulumi does not show them. */

/** `customTimeouts`, in seconds, which Pulumi does not pass on. The outputs keep them, because a delete gets only those. */
export const TIMEOUTS_KEY = "__timeouts";

/** Which resource of the program declares the inputs: `<random>:<name>`. Never gets into a state. */
export const DECLARER_KEY = "__declarer";

/** The names of the secret inputs, as a list. Pulumi passes their values in clear. */
export const SECRET_KEY = "__secret";
