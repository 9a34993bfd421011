// What a FastMCP server offers, as its author writes it down.

import type { AnySchema, InferArgs, InferOutput } from '../arguments/schemas.js';
import type { ToolReturn } from '../offers/tools.js';
import type { GetPromptResult } from '../types/prompts.js';
import type { ToolAnnotations } from '../types/tools.js';
import type { FastMCPSessionAuth } from './access.js';
import type { LoadContext, ToolContext } from './context.js';

/** The arguments of a tool. */
export type Arguments<Params> = Params extends AnySchema ? InferArgs<Params> : Record<string, never>;

/** What a tool returns: what every tool may return, or the value its output schema describes. */
export type Returned<Output> = ToolReturn | (Output extends AnySchema ? InferOutput<Output> : never);

/** A tool. */
export interface Tool<
  T extends FastMCPSessionAuth = FastMCPSessionAuth,
  Params extends AnySchema | undefined = AnySchema | undefined,
  Output extends AnySchema | undefined = AnySchema | undefined,
> {
  name: string;
  /** What it does, for the model. */
  description?: string;
  /** Of the arguments: any Standard Schema, zod 3 included, or plain JSON Schema. */
  parameters?: Params;
  /** Of the structured content; the same kinds. */
  outputSchema?: Output;
  annotations?: ToolAnnotations & { streamingHint?: boolean };
  _meta?: { [key: string]: unknown };
  /** Milliseconds after which the caller is told that it took too long. The function's `signal` aborts then. */
  timeoutMs?: number;
  /** Whether the tool is there for a client that came with this identity. For clients without one it is. */
  canAccess?: (auth: T) => boolean;
  execute(args: Arguments<Params>, context: ToolContext<T>): Promise<Returned<Output>> | Returned<Output>;
}

/** What was typed so far, completed. */
export interface Completion {
  values: string[];
  total?: number;
  hasMore?: boolean;
}

/** Suggests values for an argument. */
export type ArgumentValueCompleter<T extends FastMCPSessionAuth = FastMCPSessionAuth> = (
  value: string,
  auth?: T,
) => Completion | Promise<Completion>;

/** Suggests values for any argument. */
export type Completer<T extends FastMCPSessionAuth = FastMCPSessionAuth> = (
  name: string,
  value: string,
  auth?: T,
) => Completion | Promise<Completion>;

/** What reading gives: text, or base64. What is left out is the resource's own. */
export type ResourceResult =
  | { blob: string; mimeType?: string; uri?: string }
  | { mimeType?: string; text: string; uri?: string };

type Loaded = ResourceResult | ResourceResult[];

/** A resource. */
export interface Resource<T extends FastMCPSessionAuth = FastMCPSessionAuth> {
  uri: string;
  name: string;
  description?: string;
  mimeType?: string;
  /** `auth` is what the client came with, if it came with anything. */
  load(auth?: T, context?: LoadContext<T>): Loaded | Promise<Loaded>;
}

/** A variable of a URI template. */
export interface ResourceTemplateArgument<T extends FastMCPSessionAuth = FastMCPSessionAuth> {
  readonly name: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly complete?: ArgumentValueCompleter<T>;
}

/** Resources whose URIs follow a pattern. */
export interface ResourceTemplate<
  T extends FastMCPSessionAuth = FastMCPSessionAuth,
  Args extends readonly ResourceTemplateArgument<T>[] = readonly ResourceTemplateArgument<T>[],
> {
  /** RFC 6570. */
  uriTemplate: string;
  name: string;
  description?: string;
  mimeType?: string;
  arguments: Args;
  complete?: Completer<T>;
  load(
    args: { [K in Args[number]['name']]: string },
    auth?: T,
    context?: LoadContext<T>,
  ): Loaded | Promise<Loaded>;
}

/** An argument of a prompt. */
export interface PromptArgument<T extends FastMCPSessionAuth = FastMCPSessionAuth> {
  readonly name: string;
  readonly description?: string;
  readonly required?: boolean;
  /** What is suggested, if there is no `complete`. */
  readonly enum?: readonly string[];
  readonly complete?: ArgumentValueCompleter<T>;
}

/** A prompt. */
export interface Prompt<
  T extends FastMCPSessionAuth = FastMCPSessionAuth,
  Args extends readonly PromptArgument<T>[] = readonly PromptArgument<T>[],
> {
  name: string;
  description?: string;
  arguments?: Args;
  complete?: Completer<T>;
  load(
    args: PromptArguments<Args>,
    auth?: T,
    context?: LoadContext<T>,
  ): string | Pick<GetPromptResult, 'messages'> | Promise<string | Pick<GetPromptResult, 'messages'>>;
}

type PromptArguments<Args extends readonly PromptArgument<never>[]> = {
  [K in Args[number]['name']]: Extract<Args[number], { name: K }>['required'] extends true
    ? string
    : string | undefined;
};

/** A schema of arguments. */
export type ToolParameters = AnySchema;

/** A JSON Schema of an object. */
export type JsonSchemaObject = { type: string; [keyword: string]: unknown };

/** What `jsonSchemaAdapter` returns. */
export type JsonSchemaStandardSchema = JsonSchemaObject;

export type HTTPMethod = 'DELETE' | 'GET' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT';
