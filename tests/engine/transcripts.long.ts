// What the engine is ordered to do, through both hosts, makes the calls that the Pulumi CLI made.
import { describePlays, ORDERS } from "./transcripts";

describePlays(ORDERS);
