// Where a file of the server is fetched from.
// SPDX-License-Identifier: Apache-2.0

const OURS = /^\/(media|assets|static)\//;

/** The server may know itself by another name than the address bar does; its own files come from where the page came from. */
export function here(address: string): string {
  if (!address.startsWith('http')) return address;
  const url = new URL(address);
  return OURS.test(url.pathname) ? url.pathname + url.search : address;
}
