// The life of a stack makes the calls that the Pulumi CLI made. What the engine is ordered to do besides is in transcripts.long.ts.
import { describePlays, LIFE } from "./transcripts";

describePlays(LIFE);
