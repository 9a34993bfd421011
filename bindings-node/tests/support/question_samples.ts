// What a server may ask of people and of its client's model, and tasks: messages that are right, by the name of their type.

const _meta = { 'example.com/key': 1 };
const field = { title: 't', description: 'd' };
const text = { ...field, type: 'string', minLength: 1, maxLength: 9, format: 'email', default: 'a@b.c' };
const number = { ...field, type: 'integer', minimum: 1, maximum: 9, default: 3 };
const boolean = { ...field, type: 'boolean', default: true };
const titled = [{ const: 'r', title: 'Red' }];
const single = { ...field, type: 'string', enum: ['r'], default: 'r' };
const titledSingle = { ...field, type: 'string', oneOf: titled, default: 'r' };
const many = { ...field, type: 'array', minItems: 1, maxItems: 2, default: ['r'] };
const multi = { ...many, items: { type: 'string', enum: ['r'] } };
const titledMulti = { ...many, items: { anyOf: titled } };
const requestedSchema = {
  type: 'object',
  properties: { text, number, boolean, single, titledSingle, multi, titledMulti },
  required: ['text'],
};
const form = { mode: 'form', message: 'm', requestedSchema };
const page = { mode: 'url', message: 'm', elicitationId: 'e', url: 'https://example.com' };

const said = { type: 'text', text: 'hello' };
const use = { type: 'tool_use', id: 'u', name: 'add', input: { a: 1 }, _meta };
const used = {
  type: 'tool_result',
  toolUseId: 'u',
  content: [said],
  structuredContent: { a: 1 },
  isError: false,
};
const tool = { name: 'add', inputSchema: { type: 'object' } };
const modelPreferences = {
  hints: [{ name: 'sonnet' }],
  costPriority: 0.1,
  speedPriority: 0.2,
  intelligencePriority: 1,
};
const sampling = {
  messages: [
    { role: 'user', content: said },
    { role: 'assistant', content: [use, used], _meta },
  ],
  maxTokens: 10,
  modelPreferences,
  systemPrompt: 's',
  includeContext: 'none',
  temperature: 0.5,
  stopSequences: ['x'],
  metadata: { a: 1 },
  tools: [tool],
  toolChoice: { mode: 'auto' },
};

const task = {
  taskId: 't',
  status: 'working',
  ttl: 1000,
  createdAt: '2025-11-25T10:00:00Z',
  lastUpdatedAt: '2025-11-25T10:00:00Z',
  pollInterval: 10,
  statusMessage: 'm',
};

export const questionSamples: Record<string, unknown[]> = {
  StringSchema: [text, { type: 'string' }],
  NumberSchema: [number],
  BooleanSchema: [boolean],
  UntitledSingleSelectEnumSchema: [single],
  TitledSingleSelectEnumSchema: [titledSingle],
  UntitledMultiSelectEnumSchema: [multi],
  TitledMultiSelectEnumSchema: [titledMulti],
  LegacyTitledEnumSchema: [{ ...single, enumNames: ['Red'] }],
  ElicitRequest: [{ method: 'elicitation/create', params: form }],
  ElicitRequestFormParams: [form],
  ElicitRequestURLParams: [page],
  ElicitResult: [
    { action: 'accept', content: { a: 'x', b: 1, c: true, d: ['r'] } },
    { action: 'decline' },
    { action: 'cancel' },
  ],
  ElicitationCompleteNotification: [
    { method: 'notifications/elicitation/complete', params: { elicitationId: 'e' } },
  ],
  Root: [{ uri: 'file:///a', name: 'a', _meta }],
  ListRootsRequest: [{ method: 'roots/list' }],
  ListRootsResult: [{ roots: [{ uri: 'file:///a' }], _meta }],
  RootsListChangedNotification: [{ method: 'notifications/roots/list_changed', params: { _meta } }],
  ModelHint: [{ name: 'n' }],
  ModelPreferences: [modelPreferences],
  ToolChoice: [{ mode: 'required' }, {}],
  ToolUseContent: [use],
  ToolResultContent: [used],
  SamplingMessage: sampling.messages,
  CreateMessageRequest: [{ method: 'sampling/createMessage', params: sampling }],
  CreateMessageRequestParams: [sampling],
  CreateMessageResult: [{ role: 'assistant', content: said, model: 'm', stopReason: 'endTurn' }],
  CreateMessageResultWithTools: [{ role: 'assistant', content: [use], model: 'm', stopReason: 'toolUse' }],
  Task: [task, { ...task, ttl: null }],
  TaskStatus: ['working', 'input_required', 'completed', 'failed', 'cancelled'],
  RelatedTaskMetadata: [{ taskId: 't' }],
  TaskAugmentedRequestParams: [{ task: { ttl: 5 } }],
  CreateTaskResult: [{ task }],
  GetTaskRequest: [{ method: 'tasks/get', params: { taskId: 't' } }],
  GetTaskResult: [task],
  GetTaskPayloadRequest: [{ method: 'tasks/result', params: { taskId: 't' } }],
  CancelTaskRequest: [{ method: 'tasks/cancel', params: { taskId: 't' } }],
  CancelTaskResult: [task],
  ListTasksRequest: [{ method: 'tasks/list', params: { cursor: 'c' } }],
  ListTasksResult: [{ tasks: [task], nextCursor: 'c' }],
  TaskStatusNotification: [{ method: 'notifications/tasks/status', params: task }],
};
