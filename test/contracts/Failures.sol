// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Every way in which a call can fail. The same function is called, estimated and sent.
contract Failures {
    error TooMuch(address who, uint256 asked, uint256 max);

    uint256[] private items;

    function customError(uint256 asked) external {
        items.push(asked);
        revert TooMuch(msg.sender, asked, 10);
    }

    function errorString() external {
        items.push();
        revert("not today");
    }

    function nothing() external {
        items.push();
        revert();
    }

    function assertion() external {
        items.push();
        assert(items.length == 0);
    }

    function division(uint256 by) external returns (uint256) {
        items.push();
        return 100 / by;
    }

    function overflow(uint256 value) external returns (uint256) {
        items.push();
        return value + type(uint256).max;
    }

    function outOfBounds() external returns (uint256) {
        return items[items.length];
    }

    function invalidOpcode() external {
        items.push();
        assembly {
            invalid()
        }
    }

    /// The error of a contract further down comes up as it is.
    function passedOn(uint256 asked) external {
        this.customError(asked);
    }
}
