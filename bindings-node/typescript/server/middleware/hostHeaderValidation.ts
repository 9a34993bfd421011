// The checks of `oxmcp/express`, by their older path.

export { hostHeaderValidation, localhostHostValidation } from '../express.js';
