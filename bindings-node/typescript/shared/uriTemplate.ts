// Where version 1 of the official package has URI templates.

export { UriTemplate, type Variables } from '../offers/resource_templates.js';
