/** Which proxy the environment wants for a request. */

import { getProxyForUrl } from "proxy-from-env";
import { isLoopback } from "../ecs/endpoint";
import { SettingError } from "./settingError";

/**
 * The proxy for a URL, or undefined for none: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in small letters
 * too. What is on this machine is never asked for elsewhere, as in Go, whose rules Terraform's users know.
 *
 * The library reads the environment itself, and is called by the settings alone for that reason.
 *
 * @throws {SettingError} when the proxy cannot be used. Its address is not told: it may hold a password.
 */
export function proxyFor(url: string): string | undefined {
  if (isLoopback(new URL(url).hostname)) return undefined;
  const proxy = getProxyForUrl(url);
  if (proxy === "") return undefined;
  if (/^https?:\/\//i.test(proxy) && URL.canParse(proxy)) return proxy;
  throw new SettingError(
    "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is no address of a proxy; use http://host:port or https://host:port",
  );
}
