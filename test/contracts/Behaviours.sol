// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

contract Leaf {}

contract Child {
  /// A creation in a creation, unless the depth is 0.
  constructor(uint256 depth) {
    if (depth > 0) new Leaf();
  }

  function destroy() external {
    selfdestruct(payable(msg.sender));
  }
}

/// What the acceptance checks need.
contract Behaviours {
  event Ping(uint256 indexed number, uint256 indexed group, bytes32 data);

  error Custom(uint256 code, address who);

  uint256 public value;
  mapping(uint256 => uint256) public kept;
  Child public child;

  function set(uint256 next) external payable returns (uint256 before) {
    before = value;
    value = next;
  }

  function whoami() external payable returns (address) { return msg.sender; }

  function viaItself() external returns (address) { return this.whoami(); }

  function ping(uint256 from, uint256 count, uint256 group) external {
    for (uint256 i = from; i < from + count; i++) emit Ping(i, group, bytes32(i));
  }

  function create(uint256 depth) external { child = new Child(depth); }

  function keep(uint256 count) external {
    for (uint256 i = 0; i < count; i++) kept[i] = i + 1;
  }

  function nest(uint256 depth) external {
    kept[depth] = depth;
    if (depth > 0) this.nest(depth - 1);
  }

  function fail(uint256 how) external pure returns (uint256) {
    if (how == 0) revert("not today");
    if (how == 1) assert(false);
    if (how == 2) return how / (how - 2);
    if (how == 3) revert Custom(42, address(0x0a));
    revert();
  }
}
