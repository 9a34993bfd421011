#!/usr/bin/env node
// The command `oxmcp`: see `oxmcp help`.

import { native } from './engine/native.js';

process.exitCode = native.runCommand(process.argv.slice(2));
