// URI templates, by the path of the older API.

export { UriTemplate, type Variables } from '../resource_templates.js';
