// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

contract Vesting {
    uint256 public immutable end;
    bool public released;

    constructor(uint256 time) {
        end = block.timestamp + time;
    }

    function release() external {
        require(block.timestamp >= end, "too early");
        released = true;
    }
}
