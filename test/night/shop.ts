import { daysAgo } from '../support/clock.js';
import { asArray, empty, type OrderPlan, unreadable } from '../support/order-plan.js';

const SAME_SECOND = daysAgo(170);

/** Orders that a night has to move, with everything that real names, lists and files come up with. */
export const FINISHED: Record<string, OrderPlan> = {
  plain: {
    jobs: [
      {
        image: 'KRYPv-image.jpg',
        attach: ['style.png', 'b c.jpg'],
        complete: ['KRYPv-done.webp'],
        reworks: [{ attach: ['arrow.png'], complete: ['KRYPv-done-2.jpg'] }],
      },
    ],
    discusses: [['chat.jpg', 'brief.pdf'], ['reply.png']],
    trash: ['upload-7f3.jpg', 'note.txt'],
    youngTrash: ['being-uploaded.jpg'],
    thumbs: ['KRYPv-image.jpg'],
    aside: ['psd/layers.psd'],
  },
  vietnamese: {
    user: 'Trần Thị Mai',
    jobs: [
      {
        image: 'Phòng khách tầng 2.jpg',
        attach: asArray(['Mẫu ghế bành.png', 'bản vẽ.pdf']),
        complete: asArray(['Hoàn thành – phòng khách.jpg']),
      },
    ],
    discusses: [asArray(['Ảnh chụp màn hình.png', 'ghi chú.txt'])],
    trash: ['bản nháp cũ.jpg'],
  },
  quoted: {
    user: "o'brien+test",
    jobs: [
      {
        image: `it's "the" room.jpg`,
        attach: ['50% off #1.png', '100%25.jpg', '&amp;<b>.jpg', 'semi;colon $HOME `x`.txt'],
        complete: ['😀 sunny 🏠.webp', '-rf.jpg', '..hidden.jpg', 'a?b=c&d.png'],
      },
    ],
    discusses: [["'; DROP TABLE tbl_order; --.png"]],
  },
  chatNamesTheResult: {
    jobs: [{ image: 'IMG_0001.JPG', complete: ['final.jpg'] }],
    discusses: [['final.jpg', 'other.jpg'], ['final.jpg']],
  },
  emptyLists: {
    jobs: [
      { image: 'one.jpg', attach: empty('{}'), complete: empty(null) },
      { image: 'two.jpg', attach: empty('[]'), complete: asArray(['two-done.jpg']) },
      { image: 'three.jpg', attach: empty(''), reworks: [{ attach: empty('[]'), complete: empty(null) }] },
    ],
    discusses: [empty(null), empty(''), empty('{}')],
  },
  manyKinds: {
    jobs: [
      {
        image: 'print.jpg',
        attach: [
          'slow.jpg',
          'deep.png',
          'glass.png',
          'moving.gif',
          'plan.svg',
          'scan.tif',
          'raw.psd',
          'all.zip',
        ],
        complete: ['broken.jpg', 'scan.TIFF'],
      },
    ],
    discusses: [['chat-print.jpg', 'chat-plan.svg', 'chat-scan.tiff', 'chat-all.zip', 'chat-broken.jpg']],
    looks: {
      'print.jpg': 'cmyk',
      'chat-print.jpg': 'cmyk',
      'slow.jpg': 'progressive',
      'deep.png': 'deep',
      'glass.png': 'alpha',
      'broken.jpg': 'damaged',
      'chat-broken.jpg': 'damaged',
    },
  },
  sharedOne: {
    user: 'studio',
    createTime: SAME_SECOND,
    jobs: [{ image: 'same-main.jpg', attach: ['shared.png'] }],
    discusses: [['from-one.jpg']],
    trash: ['nobodys.jpg'],
  },
  sharedTwo: {
    user: 'studio',
    createTime: SAME_SECOND,
    jobs: [{ image: 'other-main.jpg', attach: ['shared.png'], complete: ['other-done.jpg'] }],
    discusses: [['from-two.jpg']],
  },
};

const UNTOUCHED_FILES = { discusses: [['talk.jpg']], trash: ['left.jpg'] };

/** Orders that nothing may touch. */
export const UNTOUCHED: Record<string, OrderPlan> = {
  unfinished: {
    status: 3,
    doneTime: null,
    jobs: [{ image: 'u.jpg', attach: ['u.png'] }],
    ...UNTOUCHED_FILES,
  },
  young: { doneTime: daysAgo(30), jobs: [{ image: 'y.jpg', complete: ['y-done.jpg'] }], ...UNTOUCHED_FILES },
  /** Finished when `insert` runs; the staff take it back before anything else does. */
  reopened: { jobs: [{ image: 'r.jpg', complete: ['r-done.jpg'] }], ...UNTOUCHED_FILES },
  unreadable: {
    jobs: [{ image: 'x.jpg', attach: unreadable(['x.png', 'x2.png']), complete: ['x-done.jpg'] }],
    ...UNTOUCHED_FILES,
  },
};
