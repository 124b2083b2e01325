/** First in, first out; and whoever gives up leaves from any place. Every operation takes constant time. */
export interface LinkedQueue<T> {
  /** Adds at the end; the returned function takes it out again and does nothing once it is out. */
  push(value: T): () => void;
  shift(): T | undefined;
  readonly size: number;
}

interface Link<T> {
  value: T;
  previous: Link<T> | null;
  next: Link<T> | null;
  isIn: boolean;
}

/**
 * Links, not a Set or an array: a Set steps over the traces of everything deleted before its first member, which makes a
 * long queue quadratic, and an array moves its rest on each removal.
 */
export function createLinkedQueue<T>(): LinkedQueue<T> {
  let first: Link<T> | null = null;
  let last: Link<T> | null = null;
  let size = 0;

  function remove(link: Link<T>): void {
    if (!link.isIn) return;
    link.isIn = false;
    size -= 1;
    if (link.previous === null) first = link.next;
    else link.previous.next = link.next;
    if (link.next === null) last = link.previous;
    else link.next.previous = link.previous;
  }

  return {
    push(value) {
      const link: Link<T> = { value, previous: last, next: null, isIn: true };
      if (last === null) first = link;
      else last.next = link;
      last = link;
      size += 1;
      return () => remove(link);
    },
    shift() {
      const link = first;
      if (link === null) return undefined;
      remove(link);
      return link.value;
    },
    get size() {
      return size;
    },
  };
}
