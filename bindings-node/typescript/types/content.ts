// What tools return and prompts are made of.

import type { Annotations, MetaObject } from './base.js';
import type { BlobResourceContents, Resource, TextResourceContents } from './resources.js';

export type TextContent = {
  type: 'text';
  text: string;
  annotations?: Annotations | undefined;
  _meta?: MetaObject | undefined;
};

export type ImageContent = {
  type: 'image';
  /** Base64. */
  data: string;
  mimeType: string;
  annotations?: Annotations | undefined;
  _meta?: MetaObject | undefined;
};

export type AudioContent = {
  type: 'audio';
  /** Base64. */
  data: string;
  mimeType: string;
  annotations?: Annotations | undefined;
  _meta?: MetaObject | undefined;
};

/** A resource by value. */
export type EmbeddedResource = {
  type: 'resource';
  resource: TextResourceContents | BlobResourceContents;
  annotations?: Annotations | undefined;
  _meta?: MetaObject | undefined;
};

/** A resource by reference; it need not be in a list. */
export type ResourceLink = Resource & { type: 'resource_link' };

export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource;
