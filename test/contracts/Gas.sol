// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// Work of many kinds, for gas estimates.
contract Gas {
    mapping(uint256 => uint256) public slots;
    uint256[] public list;
    uint256 public sum;

    event Forwarded(bool success, bytes answer);

    receive() external payable {}

    function fill(uint256 count) external {
        for (uint256 i = 0; i < count; i++) slots[i] = block.number + i;
    }

    function grow(uint256 count) external {
        for (uint256 i = 0; i < count; i++) list.push(i);
    }

    function spin(uint256 rounds) public returns (uint256) {
        uint256 value = sum;
        for (uint256 i = 0; i < rounds; i++) value = uint256(keccak256(abi.encode(value, i)));
        return sum = value;
    }

    /// Calls itself down to the bottom and works there: each level keeps 1/64 of the gas back, so
    /// the bottom starves unless the top has far more than is used.
    function descend(uint256 levels, uint256 rounds) external {
        if (levels == 0) spin(rounds);
        else this.descend(levels - 1, rounds);
    }

    /// As {descend}, but a starved bottom goes unnoticed unless `required`.
    function tryDescend(uint256 levels, uint256 rounds, bool required) external returns (bool done) {
        try this.descend(levels, rounds) {
            done = true;
        } catch {
            require(!required, "starved");
        }
    }

    function forward(address payable to, bytes calldata data) external payable returns (bytes memory) {
        (bool success, bytes memory answer) = to.call{value: msg.value}(data);
        emit Forwarded(success, answer);
        require(success, "forwarding failed");
        return answer;
    }

    /// With the stipend that `transfer` leaves.
    function pay(address payable to) external payable {
        to.transfer(msg.value);
    }
}

contract Child {
    address public immutable parent = msg.sender;
    uint256 public value;

    constructor(uint256 initial) payable {
        value = initial;
    }

    function set(uint256 next) external {
        value = next;
    }
}

contract Factory {
    event Created(address child);

    Child[] public children;

    function create(uint256 initial) external payable returns (Child child) {
        child = new Child{value: msg.value}(initial);
        children.push(child);
        emit Created(address(child));
    }

    function create2(bytes32 salt, uint256 initial) external payable returns (Child child) {
        child = new Child{salt: salt, value: msg.value}(initial);
        emit Created(address(child));
    }

    function addressOf(bytes32 salt, uint256 initial) external view returns (address) {
        bytes memory code = abi.encodePacked(type(Child).creationCode, abi.encode(initial));
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, keccak256(code)));
        return address(uint160(uint256(hash)));
    }

    /// A minimal proxy (EIP-1167), which works by DELEGATECALL.
    function clone(address implementation) external returns (address proxy) {
        proxy = Clones.clone(implementation);
        emit Created(proxy);
    }

    function setThrough(Child child, uint256 next) external returns (uint256) {
        child.set(next);
        return child.value();
    }
}
