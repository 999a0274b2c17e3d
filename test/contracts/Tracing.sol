// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Calls nobody.
contract Cell {
  event Step(uint256 indexed number);

  error Custom(uint256 code);

  uint256 public value;

  constructor(uint256 initial) payable {
    require(initial != 13, 'unlucky');
    value = initial;
  }

  function set(uint256 next) external payable {
    value = next;
  }

  function emitThenFail(bool fails) external {
    emit Step(100);
    require(!fails, 'asked to fail');
  }

  function fail(uint256 how) external pure {
    if (how == 0) revert('not today');
    if (how == 1) revert Custom(7);
    if (how == 2) assert(false);
    if (how == 3) assembly { invalid() }
    while (true) how++;
  }

  function destroy(address payable heir) external {
    selfdestruct(heir);
  }
}

/// Makes calls of every kind, in known order.
contract Tracing {
  event Step(uint256 indexed number);

  uint256 public value;
  Cell public cell;
  uint256 public third = 3;

  receive() external payable {}

  /// Three calls below the first.
  function callCreateCall(Cell target) external payable {
    target.set{value: msg.value}(1);
    cell = new Cell(2);
    cell.set(3);
  }

  /// A call below a call below a call.
  function nested(Tracing target, uint256 depth) external {
    emit Step(depth);
    value = depth;
    if (depth > 0) target.nested(this, depth - 1);
    emit Step(depth);
  }

  function delegate(address implementation, uint256 next) external payable {
    (bool ok,) = implementation.delegatecall(abi.encodeCall(Cell.set, (next)));
    require(ok);
  }

  function look(Cell target) external view returns (uint256) {
    return target.value();
  }

  /// What the callee emits the second time is taken back.
  function logsTakenBack(Cell target) external {
    emit Step(1);
    target.emitThenFail(false);
    emit Step(2);
    try target.emitThenFail(true) {} catch {}
    emit Step(3);
  }

  /// One slot cleared, one written, one only read.
  function clear() external returns (uint256) {
    value = 0;
    cell = Cell(address(1));
    return third;
  }

  function create2(bytes32 salt) external {
    new Cell{salt: salt}(1);
  }

  /// The second creation finds its address taken, which fails all.
  function create2Twice(bytes32 salt) external {
    new Cell{salt: salt}(1);
    new Cell{salt: salt}(1);
  }

  /// A creation whose constructor reverts.
  function createUnlucky() external returns (bool) {
    try new Cell(13) {
      return true;
    } catch {
      return false;
    }
  }

  function pay(address payable to, uint256 amount) external {
    (bool ok,) = to.call{value: amount}('');
    require(ok);
  }

  function spend(uint256 rounds) external pure returns (bytes32 hash) {
    for (uint256 i = 0; i < rounds; i++) hash = keccak256(abi.encode(hash, i));
  }
}
