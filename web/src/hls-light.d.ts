// hls.js ships its light build without types.
// SPDX-License-Identifier: Apache-2.0
declare module 'hls.js/light' {
  export { default, Events, ErrorTypes } from 'hls.js';
}
