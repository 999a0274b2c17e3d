// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// An ERC-20 whose whole supply goes to whoever deploys it.
contract Token is ERC20 {
    error NothingToBurn();

    constructor(uint256 supply) ERC20("Example Token", "XMPL") {
        _mint(msg.sender, supply);
    }

    function burnAll() external {
        uint256 balance = balanceOf(msg.sender);
        if (balance == 0) revert NothingToBurn();
        _burn(msg.sender, balance);
    }
}
