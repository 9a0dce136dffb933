export { type DemoReport, type DemoWatch, runDemo } from './run-demo.js';
export { storyteller } from './story.js';
