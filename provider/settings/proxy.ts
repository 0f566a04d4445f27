/** Chooses the proxy of a request: the setting, else the environment variables, with the rules of Go and curl. */

import { BlockList, isIP } from "node:net";
import { isLoopback } from "../ecs/endpoint";
import { type Environment, type Found, SettingError } from "./lookup";

/**
 * The address of the proxy for a URL. Undefined for a direct connection. The setting wins, then `HTTPS_PROXY` or `HTTP_PROXY`,
 * then `ALL_PROXY`. The variables may be in lower case. Hosts in `NO_PROXY`, and this machine, need no proxy.
 *
 * @throws {SettingError} if the address is wrong. The message does not quote it, because it may have a password.
 */
export function proxyFor(url: string, env: Environment, setting: Found | undefined): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  if (isLoopback(hostname)) return undefined;
  const of = (name: string) => env[name.toLowerCase()] || env[name] || "";
  const proxy = setting?.value ?? (of(protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") || of("ALL_PROXY"));
  const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, "");
  if (proxy === "" || isExempt(host, port || (protocol === "https:" ? "443" : "80"), of("NO_PROXY"))) return undefined;
  const address = proxy.includes("://") ? proxy : `http://${proxy}`;
  if (/^https?:\/\//i.test(address) && URL.canParse(address)) return address;
  const place = setting?.place ?? "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY";
  throw new SettingError(`${place} is not the address of a proxy; use http://host:port or https://host:port`);
}

/**
 * Whether `NO_PROXY` has the host. Its entries are `*`, domains (with their subdomains), IP addresses and CIDRs. Each may have a
 * port. Source: Go's package httpproxy.
 */
function isExempt(host: string, port: string, noProxy: string): boolean {
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      if (entry.includes("/")) return isWithin(host, entry);
      const [, name = entry, only] =
        /^\[?([^[\]]+?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
      if (only !== undefined && only !== port) return false;
      const domain = name.replace(/^\*?\./, "");
      return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
    });
}

function isWithin(host: string, cidr: string): boolean {
  const [network = "", bits = ""] = cidr.split("/");
  const version = isIP(network);
  if (version === 0 || isIP(host) !== version || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(host, family);
}
