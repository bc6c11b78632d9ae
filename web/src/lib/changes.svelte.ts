// How often one has followed and liked on this page: a list of those is old once its count has moved on.
// SPDX-License-Identifier: Apache-2.0
class Changes {
  follows = $state(0);
  likes = $state(0);
}

export const changes = new Changes();
