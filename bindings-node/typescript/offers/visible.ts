// What each caller may see, where functions of the author's say so request by request.

import { encode } from '../answers/encoding.js';
import { respond } from '../answers/settling.js';
import { Context } from '../calls/context.js';
import type { Call } from '../engine/call.js';
import type { Engine } from '../engine/engine.js';
import { ConfigurationError } from '../engine/errors.js';
import type { Kind } from '../engine/native.js';

/** Something of which a predicate says whether the caller may see it. */
export interface VisibleItem {
  kind: Kind;
  /** Its name, its URI or its template, before transforms; of a mounted server's with the namespace. */
  key: string;
  tags: readonly string[];
  version: string | undefined;
}

/** Says of an item whether the caller, known by its context, may see it. */
export type VisiblePredicate = (item: VisibleItem, ctx: Context) => boolean | Promise<boolean>;

const KINDS: readonly Kind[] = ['tool', 'prompt', 'resource', 'resource_template'];

interface Asked {
  kind: Kind;
  keys: string[];
  tags: string[][];
  versions: (string | null)[];
}

/** The predicates of a server, all of which have to say yes. */
export class Predicates {
  private readonly predicates: { kinds: readonly Kind[]; predicate: VisiblePredicate }[] = [];

  constructor(private readonly engine: Engine) {}

  add(predicate: VisiblePredicate, kinds: readonly Kind[] = KINDS): void {
    if (typeof predicate !== 'function') throw new TypeError('visibleIf: the predicate must be a function');
    const unknown = kinds.find((kind) => !KINDS.includes(kind));
    if (unknown !== undefined) {
      throw new ConfigurationError(`visibleIf: there is no kind '${unknown}'; there are ${KINDS.join(', ')}`);
    }
    this.predicates.push({ kinds, predicate });
    for (const kind of kinds) {
      const slot = this.engine.slot((call, args) => this.judge(call, args as unknown as Asked));
      this.engine.native.setVisible(kind, slot);
    }
  }

  private judge(call: Call, asked: Asked): void {
    respond(
      call,
      () => this.visible(asked, new Context(call, this.engine.native)),
      (_call, visible) => {
        call.completeWhole(encode({ visible }, 'what may be seen'));
      },
    );
  }

  private async visible({ kind, keys, tags, versions }: Asked, ctx: Context): Promise<string[]> {
    const meant = this.predicates.filter(({ kinds }) => kinds.includes(kind));
    const visible: string[] = [];
    for (const [place, key] of keys.entries()) {
      const item = { kind, key, tags: tags[place] ?? [], version: versions[place] ?? undefined };
      let isSeen = true;
      for (const { predicate } of meant) isSeen &&= await predicate(item, ctx);
      if (isSeen) visible.push(key);
    }
    return visible;
  }
}
