// hls.js ships its light build without types of its own.
// SPDX-License-Identifier: Apache-2.0
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
