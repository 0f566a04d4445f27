/** A resource over a scripted ECS, without a host: what tests of the lifecycle call. */

import type { EcsClient, Link } from "../../provider/ecs/client";
import { LinkReader } from "../../provider/ecs/linkReader";
import { rateLimited } from "../../provider/ecs/rateLimiter";
import type { Scope } from "../../provider/ecs/privateCloud";
import type { Declarer } from "../../provider/links/ledger";
import { Run } from "../../provider/links/run";
import { Links } from "../../provider/links/links";
import type { CallContext } from "../../provider/links/operation";
import { classicLink } from "../../provider/resources/classicLink";
import { classicLinks } from "../../provider/resources/classicLinks";
import type { Properties } from "../../provider/resources/inputs";
import { Provider } from "../../provider/resources/provider";
import type { Found, Resource } from "../../provider/resources/resource";
import { Settings } from "../../provider/settings";
import { ScriptedEcs } from "./simulatedEcs";

interface Options {
  /** Shared by the providers of one run. */
  readonly run?: Run;
  readonly scope?: Scope;
  readonly mayForgetRetired?: () => boolean;
  /** What the provider is configured with. */
  readonly config?: Readonly<Record<string, string>>;
}

/** A provider over a client, which is rate limited as it is outside of tests. */
export function providerOf(
  ecs: EcsClient,
  { run, scope = {}, mayForgetRetired = () => false, config = {} }: Options = {},
): Provider {
  const settings = new Settings((key) => config[key], { ALICLOUD_REGION: "cn-hangzhou" });
  settings.scope = () => scope;
  const client = rateLimited(ecs);
  const reader = new LinkReader(client);
  return new Provider(
    settings,
    run ?? new Run(),
    async (_, ledger) => new Links({ client, reader, ledger, mayForgetRetired }),
  );
}

/** The calls on one resource, each as the engine makes it. */
export class Lifecycle {
  readonly provider: Provider;
  /** The messages that stay. */
  readonly reported: string[] = [];
  readonly warnings: string[] = [];
  readonly #resource: Resource;

  constructor(client: EcsClient, options: Options = {}, resource: Resource = classicLink) {
    this.provider = providerOf(client, options);
    this.#resource = resource;
  }

  check(news: Properties, olds: Properties = {}, key?: string): ReturnType<Resource["check"]> {
    return this.#resource.check(this.provider, news, olds, this.#declarer(key));
  }

  diff(olds: Properties, news: Properties): ReturnType<Resource["diff"]> {
    return this.#resource.diff(this.provider, olds, news);
  }

  create(inputs: Link | Properties, context?: CallContext): Promise<Found> {
    return this.#resource.create(this.provider, { ...inputs }, this.#heard(context));
  }

  read(state: Link | Properties, context?: CallContext): Promise<Found | undefined> {
    return this.#resource.read(this.provider, { ...state }, this.#heard(context));
  }

  find(id: string, context?: CallContext, key?: string): Promise<Found> {
    return this.#resource.find(this.provider, id, this.#heard(context), this.#declarer(key));
  }

  update(state: Link | Properties, inputs: Link | Properties, context?: CallContext): Promise<Found> {
    return this.#resource.update(this.provider, { ...state }, { ...inputs }, this.#heard(context));
  }

  delete(state: Link | Properties, context?: CallContext): Promise<void> {
    return this.#resource.delete(this.provider, { ...state }, this.#heard(context));
  }

  #declarer(key = "a:web"): Declarer {
    return { key, label: key, single: this.#resource.isSingle };
  }

  /** By default, the context of a host that shows messages and warnings. `{}` is that of a host that shows nothing. */
  #heard(context?: CallContext): CallContext {
    const report = (message: string) => void this.reported.push(message);
    return context ?? { report, warn: (message) => void this.warnings.push(message) };
  }
}

/** A cloud with these links, instance → VPC, and each resource over it, in a process of its own. */
export function world(links: Readonly<Record<string, string>> = {}, options: Options = {}) {
  const ecs = new ScriptedEcs(links);
  return { ecs, one: new Lifecycle(ecs, options), many: new Lifecycle(ecs, options, classicLinks) };
}
