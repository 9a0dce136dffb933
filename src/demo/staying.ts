import type { ShopOrder } from './build-shop.js';
import type { StepResult } from './night.js';
import type { Found } from './proof.js';

/** Files of one order that are still on the server after the night, for one reason. */
export interface Staying {
  readonly order: number;
  /** Below the orders' root. */
  readonly paths: readonly string[];
  readonly reason: string;
}

/** Why what is still on the server is there: in the words of the step that last held it back, else from the order's state. */
export function whatStays(found: readonly Found[], steps: readonly StepResult[]): Staying[] {
  const reasons = new Map(steps.flatMap((step) => step.held).map(({ path, reason }) => [path, reason]));
  const groups = new Map<string, Staying>();
  for (const { original, fate } of found) {
    if (fate !== 'kept' && fate !== 'copied') continue;
    const { order, path } = original;
    const reason = reasons.get(path) ?? whyNotChosen(order);
    const key = `${order.id} ${reason}`;
    groups.set(key, { order: order.id, paths: [...(groups.get(key)?.paths ?? []), path], reason });
  }
  return [...groups.values()].sort((a, b) => a.order - b.order);
}

/** Orders that the night does not even look at are named by no step. */
function whyNotChosen({ id, plan, status, doneTime }: ShopOrder): string {
  return plan.state === 'young'
    ? `order ${id} was finished on ${doneTime?.slice(0, 10)}, not yet 3 months ago`
    : `order ${id} is not finished (status ${status})`;
}
