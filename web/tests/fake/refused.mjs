// A business outcome that is no success: HTTP 200 and a code, as the contract has it.
// SPDX-License-Identifier: Apache-2.0
export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
export const need = (thing, code, message) => {
  if (!thing) throw new Refused(code, message);
  return thing;
};
