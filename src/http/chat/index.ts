/**
 * From the bytes of a request to a chat completion: what the gateway must know of it, its images, and the rest as text to be
 * passed on. Knows OpenAI's format; never looks inside an image and knows no backend.
 */
export { chatPlugin } from "./plugin.ts";
