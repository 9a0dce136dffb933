/** How far an order is when the night begins, and so what the night may do with it. */
export type OrderState = 'finished' | 'unfinished' | 'young' | 'reopened' | 'broken';

/** The lists of files that a job or a correction has. */
export interface Lists {
  /** Files that came with the job or the correction. */
  readonly attach?: readonly string[];
  readonly complete?: readonly string[];
}

/** A picture to make, as the demo tells it. */
export interface JobPlan extends Lists {
  readonly image: string;
  readonly rework?: Lists;
  /** Files of a list that was cut off while it was saved: they lie on the disk, and no query can name them. */
  readonly cutOff?: readonly string[];
}

/** An order as the demo tells it. */
export interface OrderPlan {
  readonly user: string;
  readonly state: OrderState;
  readonly jobs: readonly JobPlan[];
  /** The files of the staff's discussion. */
  readonly chat?: readonly string[];
  /** Old files that no table names; `fresh` was written just now. */
  readonly trash?: readonly string[];
  readonly fresh?: readonly string[];
}

/** Twelve orders: eight that can go, one of each kind that must not. */
export const ORDERS: readonly OrderPlan[] = [
  {
    user: 'lan.nguyen',
    state: 'finished',
    jobs: [
      {
        image: 'KRYPv-living room.jpg',
        attach: ['style board.jpg'],
        complete: ['KRYPv-living room-staged.jpg'],
      },
      {
        image: 'KRYPv-bedroom.jpg',
        complete: ['KRYPv-bedroom-staged.jpg'],
        rework: { attach: ['move the sofa here.jpg'], complete: ['KRYPv-bedroom-staged-2.jpg'] },
      },
    ],
    chat: ['a bit brighter please.jpg', 'contract.pdf'],
    trash: ['upload-7f3a.jpg', 'upload-91c0.jpg'],
  },
  {
    user: 'Trần Thị Mai',
    state: 'finished',
    jobs: [
      {
        image: 'Phòng khách tầng 2.jpg',
        attach: ['Mẫu ghế bành.jpg', 'bản vẽ.pdf'],
        complete: ['Hoàn thành – phòng khách.jpg'],
      },
    ],
    chat: ['Ảnh chụp màn hình.jpg'],
    trash: ['bản nháp cũ.jpg'],
    fresh: ['being uploaded.jpg'],
  },
  {
    user: 'studio.hanoi',
    state: 'finished',
    jobs: [
      { image: '🏠 front.jpg', attach: ['palette 🎨.jpg'], complete: ['🏠 day ☀️.jpg', '🏠 night 🌙.jpg'] },
    ],
    chat: ['👍.jpg'],
  },
  {
    user: 'lan.nguyen',
    state: 'finished',
    jobs: [{ image: 'IMG_0412.JPG', complete: ['final.jpg'] }],
    // The chat names the finished picture itself: it must outlive the chat until the office holds it.
    chat: ['final.jpg', 'sketch.jpg'],
  },
  {
    user: "o'brien",
    state: 'finished',
    jobs: [{ image: "it's the room #2 (large).jpg", complete: ["it's done; really.jpg"] }],
  },
  {
    user: 'mai.le',
    state: 'finished',
    jobs: ['hall', 'bath', 'balcony'].map((room) => ({
      image: `${room}.jpg`,
      complete: [`${room}-staged.jpg`],
    })),
  },
  {
    user: 'homes.pro',
    state: 'finished',
    jobs: [
      {
        image: 'DSC_1180.jpg',
        attach: ['like this one.jpg'],
        complete: ['DSC_1180-v1.jpg'],
        rework: { attach: ['too dark.jpg'], complete: ['DSC_1180-v2.jpg'] },
      },
    ],
    trash: ['DSC_1180-draft.jpg'],
  },
  {
    user: 'studio.hanoi',
    state: 'finished',
    jobs: [{ image: 'terrace.jpg', complete: ['terrace-staged.jpg'] }],
    chat: ['which chairs.jpg'],
  },
  {
    user: 'mai.le',
    state: 'unfinished',
    jobs: [{ image: 'attic.jpg', attach: ['attic ideas.jpg'] }],
    chat: ['attic question.jpg'],
    trash: ['attic-tmp.jpg'],
  },
  {
    user: 'homes.pro',
    state: 'young',
    jobs: [{ image: 'DSC_2204.jpg', complete: ['DSC_2204-staged.jpg'] }],
    chat: ['thanks.jpg'],
  },
  {
    user: 'lan.nguyen',
    state: 'reopened',
    jobs: [{ image: 'office room.jpg', complete: ['office room-staged.jpg'] }],
    chat: ['one more change.jpg'],
  },
  {
    user: "o'brien",
    state: 'broken',
    jobs: [{ image: 'loft.jpg', complete: ['loft-staged.jpg'], cutOff: ['loft shelf.jpg', 'loft lamp.jpg'] }],
    chat: ['loft chat.jpg'],
  },
];
