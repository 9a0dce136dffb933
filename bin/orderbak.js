#!/usr/bin/env node
import { main } from '../dist/program/program.js';

await main(process.argv.slice(2));
