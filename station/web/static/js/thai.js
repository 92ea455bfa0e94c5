// One form of a text, in which alike is equal: Thai is typed in several ways that look the same.
// The station has the same rules (station/thai.py).

const TONE = "[\u0e48-\u0e4c]";
const RULES = [
  [/[\u200b-\u200d\u2060\ufeff]/g, ""], // not seen; it says where a line may break
  [/\u0e40\u0e40/g, "\u0e41"], // two sara e for one sara ae
  [new RegExp(`\u0e4d(${TONE}?)\u0e32`, "g"), "$1\u0e33"], // nikhahit and sara aa for sara am
  [new RegExp(`(${TONE})\u0e4d\u0e32`, "g"), "$1\u0e33"],
  [new RegExp(`\u0e33(${TONE})`, "g"), "$1\u0e33"], // the tone before sara am,
  [new RegExp(`(${TONE})([\u0e31\u0e34-\u0e39\u0e4d])`, "g"), "$2$1"], // and after the other vowels
];

export const oneForm = (text) => RULES.reduce((form, [found, put]) => form.replace(found, put), text.normalize("NFC"));

/** For searching: capitals count as small letters. */
export const folded = (text) => oneForm(text).toLowerCase();
