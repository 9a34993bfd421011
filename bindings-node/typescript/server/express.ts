// The express application of `oxmcp/express`, by its older path.

export { type CreateMcpExpressAppOptions, createMcpExpressApp } from '../express.js';
