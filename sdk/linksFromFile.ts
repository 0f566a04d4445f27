/** A list of links in a file that a program reads. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { decodeText } from "../provider/decodeText";

/** A VPC with its instances, as a file lists them. */
export interface ListedLinks {
  readonly vpcId: string;
  /** Absent where the file names no region. */
  readonly regionId?: string;
  readonly instanceIds: string[];
}

/**
 * Reads a list of links, and groups it by VPC. The file is CSV whose first line names the columns `instanceId`, `vpcId`
 * and, if needed, `regionId`; or JSON or YAML with members of these names.
 *
 * @param path of the file; a relative one starts at the folder of Pulumi.yaml.
 * @throws {RunError} when the file cannot be read, or an entry of it is wrong.
 */
export function linksFromFile(path: string): ListedLinks[] {
  // Loaded here and not above: programs that read no file need not wait for the parsers.
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
