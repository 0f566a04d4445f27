/** Reads a list of links from a file, for programs in TypeScript and JavaScript. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { decodeText } from "../provider/decodeText";

/** A VPC with its instances, as a file lists them. */
export interface ListedLinks {
  /** The id of the VPC. */
  readonly vpcId: string;
  /** The region. Absent if the file names none. */
  readonly regionId?: string;
  /** The ids of the instances, in the order of the file. */
  readonly instanceIds: string[];
}

/**
 * Reads a list of links, grouped by VPC. In a CSV file, the first line names the columns `instanceId`, `vpcId` and, if needed,
 * `regionId`. A JSON or YAML file has members with these names.
 *
 * @param path the path of the file. A relative path starts at the folder of Pulumi.yaml.
 * @throws {RunError} if the file cannot be read, or an entry is wrong.
 */
export function linksFromFile(path: string): ListedLinks[] {
  // Loads the parsers here and not above, because most programs read no file.
  const { readLinkList }: typeof import("../provider/linkList/linkList") = require("../provider/linkList/linkList");
  try {
    const text = decodeText(readFileSync(resolve(pulumi.getRootDirectory(), path)));
    return readLinkList(text, path, () => undefined).map(({ regionId, vpcId, instanceIds }) => ({
      vpcId,
      ...(regionId === undefined ? {} : { regionId }),
      instanceIds: [...instanceIds],
    }));
  } catch (error) {
    throw new pulumi.RunError(`cannot read the links of ${path}: ${error instanceof Error ? error.message : error}`);
  }
}
