/**
 * True when a label looks drawn by lot: letters that seldom follow one another in names people make, or letters and digits mixed
 * like in a number plate. Short labels say too little. International (`xn--`) and hexadecimal labels are not judged.
 */
export const isRandomLabel = (label: string): boolean => {
  if (label.length < MIN_LENGTH || label.startsWith('xn--') || HEXADECIMAL.test(label)) return false;
  const digits = countOf(label, isDigit);
  const surprise = surpriseOf(label);
  if (digits <= 1) return surprise >= MAX_SURPRISE;
  return surprise >= MAX_MIXED_SURPRISE && digits < label.length && turnsOf(label) >= label.length * MIN_TURNS;
};

/** Mean surprise of the steps from one letter to the next, bits (bigram model, see the table). About 3.8 for names, 6 for noise. */
export const surpriseOf = (label: string): number => {
  if (label.length < 2) return 0;
  let sum = 0;
  for (let at = 1; at < label.length; at++)
    sum += (COSTS.charCodeAt(symbolOf(label.charCodeAt(at - 1)) * SYMBOLS + symbolOf(label.charCodeAt(at))) - 97) / 2 + 0.5;
  return sum / (label.length - 1);
};

const MIN_LENGTH = 12;
// Of 10,000 package names with at least twelve letters one in a thousand is above; of labels drawn by lot nine in ten are.
const MAX_SURPRISE = 5.3;
const MAX_MIXED_SURPRISE = 4.2;
const MIN_TURNS = 0.3;
const HEXADECIMAL = /^[0-9a-f-]+$/;
const SYMBOLS = 27;

const symbolOf = (code: number): number => (code >= 97 && code <= 122 ? code - 97 : SYMBOLS - 1);
const isDigit = (code: number): boolean => code >= 48 && code <= 57;

const countOf = (text: string, matches: (code: number) => boolean): number => {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (matches(text.charCodeAt(at))) count++;
  return count;
};

// How often it goes from letters to digits or back.
const turnsOf = (text: string): number => {
  let turns = 0;
  for (let at = 1; at < text.length; at++) if (isDigit(text.charCodeAt(at)) !== isDigit(text.charCodeAt(at - 1))) turns++;
  return turns;
};

// Surprise of each step among a to z and "anything else", row = first, in half bits over half a bit: a = 0.5, z = 13. Counted
// over 580,000 names of public packages.
const COSTS =
  'pjgipmiqirmgifqhsggfkmmoloifllmgooogmqgmoflshilgqqpksggqmnhpqfjtggmqeitijgjqsrnuifjmjeklpgiiklngmtjjnjpppmtg' +
  'hlijknmqorpiifmkoegholmiorfgpmnhipqesofmofnuhkjispoiuhiolndojjftsjljfkrgjmirppnsgennmdoprgrpmloemokmhirosktg' +
  'jjgiikjsqtnhiehjqkhgpksmslicpnnfqrpiqoomqhmmpdohplrpsjgmmjdmkmfrokmmimslhkjooslsefnlkeooseunhlqfkvphkioqrksg' +
  'ejhleonrgsoijofgpojnjqqqkthhoihfkfqiplmokimsphellronrflkihpnjqmolhhehitfjijljmpshgpmlfpojgungoqhjtgkiksqreuh' +
  'jnklmoopjsqelomkojkhcpmpqshfnjjemmrgskljlglsliikkqrjugjoijfnoihtkklniimoheknnrktfgokoenphfrplmpflugijkrnqjsf' +
  'iikihnhshsohigoiuggfqpslrplfplncpmqetpnmoimtnlmiqrrouhenmmenpiftoknifmsiglosppptgimilimnohqqkjnkgrmldmqpnisd' +
  'ikijjlknmpojihjgokgelnmoqmegmlncnojgpnkllglpnlmhpoohihhjgijjkkkmnjhklgoighklkoqqg';
