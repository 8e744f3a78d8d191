/** wasi:http/types: what its futures share. */
import type { GuestMemory } from '../kernel/memory.ts';
import type { HttpExchange } from './http-exchange.ts';
import { Resource } from './resource.ts';

export abstract class HttpFuture extends Resource {
  readonly exchange: HttpExchange;
  wasTold = false;

  constructor(exchange: HttpExchange) {
    super();
    this.exchange = exchange;
  }

  /**
   * Stores the outer levels of `option<result<result<T, error-code>>>`, each 8 bytes further: none while `answer` is null,
   * an error once it was told. Returns what the innermost, at +16, is to be made of, or null.
   */
  tell<T>(memory: GuestMemory, at: number, answer: T | null): T | null {
    memory.setU8(at, answer === null ? 0 : 1);
    if (answer === null) return null;
    memory.setU8(at + 8, this.wasTold ? 1 : 0);
    if (this.wasTold) return null;
    this.wasTold = true;
    return answer;
  }
}
