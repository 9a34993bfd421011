// Resources, and the templates of their URIs.

import type {
  Annotations,
  BaseMetadata,
  CacheableResult,
  Icons,
  MetaObject,
  NotificationParams,
  PaginatedRequestParams,
  PaginatedResult,
  RequestParams,
} from './base.js';

export type Resource = BaseMetadata &
  Icons & {
    uri: string;
    description?: string | undefined;
    mimeType?: string | undefined;
    /** Bytes. */
    size?: number | undefined;
    annotations?: Annotations | undefined;
    _meta?: MetaObject | undefined;
  };

/** Resources whose URIs follow a pattern. */
export type ResourceTemplate = BaseMetadata &
  Icons & {
    /** RFC 6570. */
    uriTemplate: string;
    description?: string | undefined;
    /** Of all resources that match, if they agree. */
    mimeType?: string | undefined;
    annotations?: Annotations | undefined;
    _meta?: MetaObject | undefined;
  };

/** `ResourceTemplate` under a name that is free where the class of that name is imported. */
export type ResourceTemplateType = ResourceTemplate;

export type ResourceContents = { uri: string; mimeType?: string | undefined; _meta?: MetaObject | undefined };
export type TextResourceContents = ResourceContents & { text: string };
/** `blob` is base64. */
export type BlobResourceContents = ResourceContents & { blob: string };

export type ListResourcesRequest = { method: 'resources/list'; params?: PaginatedRequestParams | undefined };
export type ListResourcesResult = PaginatedResult & CacheableResult & { resources: Resource[] };

export type ListResourceTemplatesRequest = {
  method: 'resources/templates/list';
  params?: PaginatedRequestParams | undefined;
};
export type ListResourceTemplatesResult = PaginatedResult &
  CacheableResult & { resourceTemplates: ResourceTemplate[] };

export type ResourceRequestParams = RequestParams & { uri: string };

export type ReadResourceRequestParams = ResourceRequestParams;
export type ReadResourceRequest = { method: 'resources/read'; params: ReadResourceRequestParams };
export type ReadResourceResult = CacheableResult & {
  contents: (TextResourceContents | BlobResourceContents)[];
};

export type SubscribeRequestParams = ResourceRequestParams;
/** Asks to be told when a resource changes (up to 2025-11-25). */
export type SubscribeRequest = { method: 'resources/subscribe'; params: SubscribeRequestParams };

export type UnsubscribeRequestParams = ResourceRequestParams;
export type UnsubscribeRequest = { method: 'resources/unsubscribe'; params: UnsubscribeRequestParams };

export type ResourceListChangedNotification = {
  method: 'notifications/resources/list_changed';
  params?: NotificationParams | undefined;
};

export type ResourceUpdatedNotificationParams = NotificationParams & { uri: string };
export type ResourceUpdatedNotification = {
  method: 'notifications/resources/updated';
  params: ResourceUpdatedNotificationParams;
};
