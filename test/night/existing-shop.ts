import { daysAgo } from '../support/clock.js';
import { asArray, asObject, empty, type List, type OrderPlan, unreadable } from '../support/order-plan.js';

export const ORDERS = 2000;

/** Every so many orders one has files on the disk; of the others the database only remembers. */
const WITH_FILES = 33;

/** Years of orders, in which every way of writing a list occurs beside every state of an order. */
export function existingOrders(): OrderPlan[] {
  return Array.from({ length: ORDERS }, (_, index) => existingOrder(index));
}

function hasFiles(index: number): boolean {
  return index % WITH_FILES === 0;
}

/** Whether it was finished long ago. */
export function isOld(index: number): boolean {
  return index % 10 < 7;
}

function isBroken(seed: number): boolean {
  return seed % 25 === 4;
}

function existingOrder(index: number): OrderPlan {
  const jobs = Array.from({ length: 1 + (index % 3) }, (_, job) => ({
    image: `${index}-${job}.jpg`,
    attach: listOf(index + job, [`${index}-${job}-réf.jpg`, `ghi chú ${index}-${job}.txt`]),
    complete: listOf(index * 3 + job, [`${index}-${job} xong.jpg`]),
    reworks: index % 4 === 0 ? [{ attach: [`${index}-${job}-again.png`], complete: empty('[]') }] : [],
  }));
  return {
    user: `customer${index % 40}`,
    ...stateOf(index),
    jobs,
    discusses: index % 2 === 0 ? [listOf(index, [`${index}-chat.jpg`]), empty('')] : [],
    trash: hasFiles(index) && index % 2 === 0 ? [`${index}-trash.bin`] : [],
    ...(hasFiles(index) ? {} : { missing: 'all' as const }),
  };
}

function stateOf(index: number): Pick<OrderPlan, 'status' | 'doneTime'> {
  switch (index % 10) {
    case 7:
      return { status: 9, doneTime: daysAgo(20) };
    case 8:
      return { status: 3, doneTime: null };
    case 9:
      return { status: 9, doneTime: null };
    default:
      return { status: 9, doneTime: daysAgo(150 + (index % 700)) };
  }
}

function listOf(seed: number, names: readonly string[]): List {
  if (isBroken(seed)) return unreadable(names);
  if (seed % 40 === 7) return { text: '{"0":5,"x7":null,"x14":["deep.jpg"]}', names: [] };
  const ways = [
    asObject,
    asArray,
    asObject,
    () => empty('{}'),
    asObject,
    () => empty('[]'),
    () => empty(''),
    () => empty(null),
  ];
  return (ways[seed % ways.length] ?? asObject)(names);
}
