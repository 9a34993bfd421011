// Schemas: from whatever library to JSON Schema, once, at registration; and what of them has to run on every call.
//
// Registering (`server/mcp.ts`): `convert(config.inputSchema, 'input', "tool 'add', inputSchema")`. The JSON goes into the
// descriptor with `oxmcp: {convertArguments: false, checkArguments: converted.checkInRust}`. On a call, if there is `parse`,
// its value (or its issues) is what counts; otherwise `prune`, if there is one.
// Outputs the same with `'output'` and `checkOutput`: `parse` or `prune` what the handler gave, send what they leave.

export { attachCompleter, type CompleteCallback, type CompletionContext, completerOf } from './completers.js';
export { type Converted, convert, convertNamed } from './conversion.js';
export {
  fromJsonSchema,
  type JsonSchemaStandard,
  type JsonSchemaValidator,
} from './from_json_schema.js';
export type {
  AnySchema,
  InferAnswer,
  InferArgs,
  InferOutput,
  ShapeInput,
  StandardSchema,
  ZodSchema,
} from './inference.js';
export type { Issue, Parse, ParseOutcome } from './parsing.js';
export { type PromptArgument, promptArguments } from './prompts.js';
export { isRawShape, isSchema } from './reading/recognition.js';
