'use strict';
// Finds the compiled engine for this platform.
module.exports = require('./oxmcp.node');
