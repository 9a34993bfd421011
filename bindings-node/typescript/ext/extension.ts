// `SkillsExtension`: skills of a source that answers by itself, by the official package's names.

import type { Context } from '../calls/context.js';
import { ENGINE } from '../engine/engine.js';
import { ProtocolError, ResourceNotFoundError } from '../engine/errors.js';
import { type CacheHint, ResourceTemplate } from '../offers/resource_templates.js';
import type { McpServer } from '../server/mcp.js';
import type { Resource } from '../types/resources.js';
import {
  RESOURCES_DIRECTORY_READ_METHOD,
  SKILLS_EXTENSION_ID,
  SKILLS_GET_METHOD,
  SKILLS_LIST_METHOD,
  type Skill,
} from './entries.js';

/** Something is wrong with what is to be served. `path` names the file, the folder or the URI. */
export interface SkillWarning {
  path: string;
  message: string;
}

/** A file's content: `text`, or `bytes`. */
export type SkillReadResult = { text: string; mimeType?: string } | { bytes: Uint8Array; mimeType?: string };

/** Skills that code answers for: of one user, made when they are asked for, or too many to list. */
export interface SkillSource {
  list(params: { cursor?: string }, ctx: Context): Promise<{ skills: Skill[]; nextCursor?: string }>;
  /** The skill whose `SKILL.md` this is, listed or not. */
  get(uri: string, ctx: Context): Promise<Skill | undefined>;
  read(uri: string, ctx: Context): Promise<SkillReadResult | undefined>;
  /** What lies in a directory; undefined when it is none. Who has this declares `directoryRead`. */
  readDirectory?(
    uri: string,
    params: { cursor?: string },
    ctx: Context,
  ): Promise<{ resources: Resource[]; nextCursor?: string } | undefined>;
  /** What `resources/list` has; nothing when absent. */
  listResources?(ctx: Context): Promise<Resource[]>;
}

export interface SkillsOptions {
  /** How long clients may keep skills and their files. */
  cacheHint?: CacheHint;
  /** Whether what is wrong is an error; it is left out otherwise. */
  strict?: boolean;
  /** Hears of what is left out; `console.warn`, if absent. */
  onWarning?: (warning: SkillWarning) => void;
}

export interface SkillSourceOptions extends SkillsOptions {
  source: SkillSource;
  /** What every URI of the source begins with; `skill://`, if absent. */
  baseUri?: string;
}

/** The versions that the extension is defined for. */
const SINCE = '2026-07-28';
const INVALID_PARAMS = -32602;
const METHOD_NOT_FOUND = -32601;

/** Params with texts in them, as they came. */
function texts(...required: string[]): object {
  const validate = (value: unknown): object => {
    const params = (value ?? {}) as Record<string, unknown>;
    const wrong = [...required, 'cursor'].filter((name) => {
      const isOptional = !required.includes(name) && params[name] === undefined;
      return !isOptional && typeof params[name] !== 'string';
    });
    if (wrong.length > 0)
      return { issues: wrong.map((name) => ({ message: 'must be a string', path: [name] })) };
    return { value: params };
  };
  return { '~standard': { version: 1, vendor: 'oxmcp', validate } };
}

/** Skills, to be served by any number of servers. */
export class SkillsExtension {
  readonly id = SKILLS_EXTENSION_ID;
  readonly #options: SkillSourceOptions | undefined;
  readonly #attached = new WeakSet<McpServer>();

  constructor(options?: SkillSourceOptions) {
    this.#options = options;
  }

  /**
   * Serves these skills on `mcp`: registers their resources and methods, and declares the extension. Calling it again does nothing.
   *
   * @throws Error when `mcp` is connected already.
   */
  attach(mcp: McpServer): void {
    if (this.#attached.has(mcp)) return;
    if (mcp.isConnected()) throw new Error('attach skills before connecting the server');
    this.serve(mcp);
    this.#attached.add(mcp);
  }

  /** @internal */
  protected serve(mcp: McpServer): void {
    const { source, baseUri = 'skill://', cacheHint } = this.#options ?? {};
    if (source === undefined) throw new TypeError('SkillsExtension takes { source }');
    const list =
      source.listResources &&
      (async (ctx: Context) => ({ resources: (await source.listResources?.(ctx)) ?? [] }));
    const read = async (uri: URL, _variables: unknown, ctx: Context) => {
      const found = await source.read(uri.href, ctx);
      if (found === undefined) throw new ResourceNotFoundError(uri.href);
      const mimeType = found.mimeType === undefined ? {} : { mimeType: found.mimeType };
      const content =
        'text' in found ? { text: found.text } : { blob: Buffer.from(found.bytes).toString('base64') };
      return { contents: [{ uri: uri.href, ...mimeType, ...content }] };
    };
    const template = new ResourceTemplate(
      `${baseUri.replace(/\/?$/, '/').replace(/:\/{2,}$/, '://')}{+path}`,
      {
        list: list || undefined,
      },
    );
    mcp.registerResource(SKILLS_EXTENSION_ID, template, cacheHint === undefined ? {} : { cacheHint }, read);
    this.#answer(mcp, SKILLS_LIST_METHOD, texts(), (params, ctx) => source.list(page(params), ctx));
    this.#answer(mcp, SKILLS_GET_METHOD, texts('uri'), async ({ uri = '' }, ctx) => {
      const skill = await source.get(uri, ctx);
      if (skill === undefined) throw new ProtocolError(INVALID_PARAMS, `No skill is served at ${uri}`);
      return { skill };
    });
    const readDirectory = source.readDirectory?.bind(source);
    if (readDirectory !== undefined) {
      this.#answer(mcp, RESOURCES_DIRECTORY_READ_METHOD, texts('uri'), async ({ uri = '', ...rest }, ctx) => {
        const found = await readDirectory(uri, page(rest), ctx);
        if (found === undefined)
          throw new ProtocolError(INVALID_PARAMS, `${uri} is not a directory resource`);
        return found;
      });
    }
    const settings = readDirectory === undefined ? {} : { directoryRead: true };
    mcp.server.registerCapabilities({ extensions: { [SKILLS_EXTENSION_ID]: settings } });
    mcp[ENGINE].note('resources', false);
  }

  #answer(
    mcp: McpServer,
    method: string,
    params: object,
    answer: (params: Record<string, string | undefined>, ctx: Context) => Promise<object>,
  ): void {
    const { ttlMs = 0, cacheScope = 'private' } = this.#options?.cacheHint ?? {};
    mcp.server.setRequestHandler(method, { params: params as never }, async (read: never, ctx) => {
      if (ctx.protocolVersion < SINCE) throw new ProtocolError(METHOD_NOT_FOUND, 'method not found');
      return { ...(await answer(read, ctx)), ttlMs, cacheScope };
    });
  }
}

const page = ({ cursor }: { cursor?: string | undefined }): { cursor?: string } =>
  cursor === undefined ? {} : { cursor };
