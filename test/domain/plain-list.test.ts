import { expect, test } from 'vitest';
import { namesOfPlainList } from '../../src/domain/plain-list.js';

test.for([
  ['[]', []],
  ['{}', []],
  ['["a.jpg","b c.jpg"]', ['a.jpg', 'b c.jpg']],
  [' { "0" : "a.jpg",\n"x7":"b.jpg"} ', ['a.jpg', 'b.jpg']],
  ['{"":"a.jpg","__proto__":"b.jpg"}', ['a.jpg', 'b.jpg']],
  ['["","a.jpg","a.jpg"]', ['', 'a.jpg', 'a.jpg']],
  ['["Tr\\u1ea7n \\ud83d\\ude00.jpg","x\\"y\\\\","sub\\/a.jpg"]', ['Trần 😀.jpg', 'x"y\\', 'sub/a.jpg']],
  ['{"a\\"b":"c\\\\","d":"e"}', ['c\\', 'e']],
  [`["${'n'.repeat(1023)}"]`, ['n'.repeat(1023)]],
] satisfies [string, string[]][])('%s is plain', ([text, names]) => {
  expect(namesOfPlainList(text)).toEqual(names);
});

test.for([
  ['what is no JSON', 'a.jpg'],
  ['nothing but spaces', '  '],
  ['a list that was cut', '["a.jpg","b'],
  ['a single name', '"a.jpg"'],
  ['null', 'null'],
  ['a number among the names', '["a.jpg",5]'],
  ['null among the names', '["a.jpg",null]'],
  ['a list in a list', '["a.jpg",["b.jpg"]]'],
  ['an object in an object', '{"0":{"name":"a.jpg"}}'],
  ['a key that comes twice', '{"0":"a.jpg","0":"b.jpg"}'],
  ['a key that comes twice, once escaped', '{"0":"a.jpg","\\u0030":"b.jpg"}'],
  ['half a character', '["\\ud83d.jpg"]'],
  ['a name with a NUL', '["a\\u0000.jpg"]'],
  ['a name that the database may cut', `["${'n'.repeat(1024)}"]`],
] satisfies [string, string][])('%s is for the database to read', ([, text]) => {
  expect(namesOfPlainList(text)).toBeNull();
});
