// Sampling: asking the client's model (SAM-*).

import { ProtocolError, ProtocolErrorCode } from '../engine/errors.js';
import type { Asks } from '../engine/questions.js';
import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  CreateMessageResultWithTools,
  ModelPreferences,
  SamplingMessage,
  SamplingMessageContentBlock,
} from '../types/sampling.js';
import type { Tool } from '../types/tools.js';
import { answerAs, ask, quietly } from './asking.js';
import type { AskOptions, RequestOptions } from './questions.js';

/** How a model is asked. */
export interface SampleOptions
  extends Partial<Omit<CreateMessageRequestParams, 'messages' | 'modelPreferences' | 'tools' | 'task'>>,
    AskOptions {
  /** Which model: a name or a part of one, several in order of preference, or preferences in whole. */
  modelPreferences?: string | readonly string[] | ModelPreferences | undefined;
  /** What the model may have called: the answer says which, and the server calls it. */
  tools?: Tool[] | undefined;
}

/** What a model answered. */
export type Sampled<Result = CreateMessageResult> = Result & {
  /** The text of it. */
  readonly text: string;
};

/** Asks the client's model. */
export interface Sample {
  /**
   * @param messages What was said so far; a text is said by the user.
   * @param options `maxTokens` is 512 when absent.
   * @throws QuestionError when the client answers with an error: `-1` where a person declined.
   * @throws MissingCapabilityError when the client has no model to ask, or none that uses tools.
   */
  (
    messages: Messages,
    options: SampleOptions & { tools: Tool[] },
  ): Promise<Sampled<CreateMessageResultWithTools>>;
  (messages: Messages, options?: SampleOptions): Promise<Sampled>;
}

type Messages = string | SamplingMessage | readonly (string | SamplingMessage)[];

const METHOD = 'sampling/createMessage';
const MAX_TOKENS = 512;

/** Asks as the official packages do: the protocol's parameters in, its result out. */
export async function createMessage(
  asks: Asks,
  params: CreateMessageRequestParams,
  options?: RequestOptions,
): Promise<CreateMessageResult | CreateMessageResultWithTools> {
  checkToolResults(params.messages);
  const usesTools = params.tools !== undefined || params.toolChoice !== undefined;
  const name = usesTools ? 'CreateMessageResultWithTools' : 'CreateMessageResult';
  return answerAs(name, METHOD, await ask(asks, METHOD, params, options));
}

/** `ctx.sample`. */
export function sampleOf(asks: Asks): Sample {
  const sample = async (messages: Messages, options: SampleOptions = {}): Promise<Sampled> => {
    const { timeout, signal, modelPreferences, ...given } = options;
    const params: CreateMessageRequestParams = {
      ...given,
      messages: (Array.isArray(messages) ? messages : [messages]).map(message),
      maxTokens: options.maxTokens ?? MAX_TOKENS,
      ...(modelPreferences !== undefined && { modelPreferences: preferences(modelPreferences) }),
    };
    const result = await createMessage(asks, params, { timeout, signal });
    return { ...(result as CreateMessageResult), text: textOf(result.content) };
  };
  return quietly(sample) as Sample;
}

const message = (said: string | SamplingMessage): SamplingMessage =>
  typeof said === 'string' ? { role: 'user', content: { type: 'text', text: said } } : said;

function preferences(wanted: string | readonly string[] | ModelPreferences): ModelPreferences {
  if (typeof wanted === 'string') return { hints: [{ name: wanted }] };
  if (!Array.isArray(wanted)) return wanted as ModelPreferences;
  return { hints: (wanted as readonly string[]).map((name) => ({ name })) };
}

const blocksOf = (content: SamplingMessage['content']): SamplingMessageContentBlock[] =>
  Array.isArray(content) ? content : [content];

function textOf(content: SamplingMessage['content']): string {
  return blocksOf(content)
    .map((block) => (block.type === 'text' ? block.text : ''))
    .join('');
}

/**
 * Every use of a tool is answered in the message behind it, by results alone (SAM-3, SAM-4).
 *
 * @throws ProtocolError (-32602) naming the message where it is not.
 */
function checkToolResults(messages: readonly SamplingMessage[]): void {
  const blocks = messages.map(({ content }) => blocksOf(content));
  for (const [index, said] of blocks.entries()) {
    const results = said.filter((block) => block.type === 'tool_result');
    const used = (blocks[index - 1] ?? []).filter((block) => block.type === 'tool_use');
    if (results.length > 0 && results.length < said.length) {
      throw invalid(index, 'a message with tool results contains nothing else');
    }
    const wanted = new Set(used.map((use) => use.id));
    const given = new Set(results.map((result) => result.toolUseId));
    if (wanted.size !== given.size || ![...wanted].every((id) => given.has(id))) {
      throw invalid(index, 'its tool results must answer exactly the tool uses of the message before');
    }
  }
}

const invalid = (index: number, why: string): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, `messages[${index}]: ${why}`);
