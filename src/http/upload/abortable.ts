import { untilAborted } from "../../kernel/index.ts";

/**
 * Goes through a source until it ends or the signal aborts, whichever comes first: a client that stalls in the middle of
 * an upload must not outlast its deadline. The source is left as it is; whoever owns it ends it.
 */
export async function* abortable<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    const next = await untilAborted(iterator.next(), signal);
    if (next.done === true) return;
    yield next.value;
  }
}
