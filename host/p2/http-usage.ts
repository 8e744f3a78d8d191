/** What one guest has of wasi:http at once, against its ceilings. */
import { FieldBudget } from './http-field-map.ts';
import { trap } from './lower.ts';

/** Attack: bodies of requests that are never sent, each with something written into it. 64 KiB each. */
const maxHeldBodies = 256;

export class HttpUsage {
  readonly fields: FieldBudget = new FieldBudget();
  /** On their way (http-messages.ts, maxRequests). */
  requests = 0;
  #heldBodies = 0;

  holdBody(): void {
    this.#heldBodies++;
    if (this.#heldBodies > maxHeldBodies) trap(`more than ${maxHeldBodies} HTTP bodies that were not sent`);
  }

  releaseBody(): void {
    this.#heldBodies--;
  }
}
