// Where version 1 of the official package has URI templates.

export { UriTemplate, type Variables } from '../resource_templates.js';
